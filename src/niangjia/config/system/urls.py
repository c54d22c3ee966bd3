"""Addresses of the operator."""

from django.urls import path

from niangjia.config.system import views

app_name = "system"
urlpatterns = [
    path("desk/system", views.system, name="system"),
    path("desk/system/backup", views.back_up, name="back_up"),
    path("desk/system/work/<int:message_id>", views.retry, name="retry"),
    path("desk/system/people", views.people, name="people"),
    path("desk/system/people/new", views.new_person, name="new_person"),
    path("desk/system/people/of/<str:username>", views.person, name="person"),
    path("welcome/<int:login_id>/<slug:token>", views.welcome, name="welcome"),
]
